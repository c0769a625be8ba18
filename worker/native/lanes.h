#ifndef IOT_LOG_LANES_H
#define IOT_LOG_LANES_H

#include <stdint.h>

/*
 * Operations on many bytes at a time: 32 with AVX2 on x86-64, 16 with NEON on arm64. A table of 16 bytes is looked up in
 * every lane. Bit `lane * lane_bits` of lanes_set is set if the lane is not zero.
 */

#if defined(__x86_64__)
#include <immintrin.h>

#define WITH_LANES __attribute__((target("avx2")))
enum { lanes = 32, lane_bits = 1 };
typedef __m256i byte_lanes;

static inline int lanes_are_supported(void) { return __builtin_cpu_supports("avx2") != 0; }

static inline WITH_LANES byte_lanes lanes_of(const uint8_t *bytes) {
  return _mm256_loadu_si256((const __m256i *)bytes);
}

static inline WITH_LANES byte_lanes lanes_of_table(const uint8_t *table) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table));
}

/* low[byte & 15] & high[byte >> 4] */
static inline WITH_LANES byte_lanes look_up(byte_lanes bytes, byte_lanes low, byte_lanes high) {
  __m256i half = _mm256_set1_epi8(15);
  __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half);
  return _mm256_and_si256(_mm256_shuffle_epi8(low, _mm256_and_si256(bytes, half)), _mm256_shuffle_epi8(high, upper));
}

static inline WITH_LANES byte_lanes lanes_and(byte_lanes one, byte_lanes other) { return _mm256_and_si256(one, other); }
static inline WITH_LANES byte_lanes lanes_filled(uint8_t byte) { return _mm256_set1_epi8((char)byte); }

static inline WITH_LANES byte_lanes lanes_equal(byte_lanes one, byte_lanes other) {
  return _mm256_cmpeq_epi8(one, other);
}

static inline WITH_LANES uint64_t lanes_set(byte_lanes bytes) {
  return (uint32_t)~_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256()));
}

#elif defined(__aarch64__)
#include <arm_neon.h>

#define WITH_LANES
enum { lanes = 16, lane_bits = 4 };
typedef uint8x16_t byte_lanes;

static inline int lanes_are_supported(void) { return 1; }
static inline byte_lanes lanes_of(const uint8_t *bytes) { return vld1q_u8(bytes); }
static inline byte_lanes lanes_of_table(const uint8_t *table) { return vld1q_u8(table); }

static inline byte_lanes look_up(byte_lanes bytes, byte_lanes low, byte_lanes high) {
  return vandq_u8(vqtbl1q_u8(low, vandq_u8(bytes, vdupq_n_u8(15))), vqtbl1q_u8(high, vshrq_n_u8(bytes, 4)));
}

static inline byte_lanes lanes_and(byte_lanes one, byte_lanes other) { return vandq_u8(one, other); }
static inline byte_lanes lanes_filled(uint8_t byte) { return vdupq_n_u8(byte); }
static inline byte_lanes lanes_equal(byte_lanes one, byte_lanes other) { return vceqq_u8(one, other); }

static inline uint64_t lanes_set(byte_lanes bytes) {
  uint8x8_t narrowed = vshrn_n_u16(vreinterpretq_u16_u8(vtstq_u8(bytes, bytes)), 4);
  return vget_lane_u64(vreinterpret_u64_u8(narrowed), 0) & 0x1111111111111111u;
}

#else
#error "written for x86-64 and arm64"
#endif

#endif
