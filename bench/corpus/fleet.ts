import { createRandom, type Random } from './random.ts'

/** One device of a generated fleet. */
export interface Thing {
  readonly name: string
  /** 64 hexadecimal digits, as AWS IoT certificate ids are. */
  readonly certificateId: string
  readonly ipAddress: string
  readonly firmware: string
  readonly site: string
}

/** A fleet `THING00000`, `THING00001`, …, the same for the same seed and size. */
export function createFleet(size: number, seed = 1): Thing[] {
  const random = createRandom(seed)
  return Array.from({ length: size }, (_, number) => createThing(number, random))
}

function createThing(number: number, random: Random): Thing {
  return {
    name: `THING${String(number).padStart(5, '0')}`,
    certificateId: random.hex(64),
    ipAddress: `203.0.113.${1 + random.below(254)}`,
    firmware: random.pick(['2.4.1', '2.4.0', '2.3.7', '2.5.0-rc1']),
    site: random.pick(['tokyo-east', 'osaka-port', 'nagoya-plant', 'sapporo-cold', 'fukuoka-yard'])
  }
}
