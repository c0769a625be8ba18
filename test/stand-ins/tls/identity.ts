/*
 * Who the stand-ins are over TLS: 127.0.0.1, signed by themselves, from 2020 until 2120. The key is known to everybody
 * who reads this and good for nothing but tests.
 */

export interface Identity {
  readonly key: string
  readonly cert: string
}

export const testIdentity: Identity = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgTCepWJg4lRlB0wjm
z9jOHdovqeP8g+o83d0J9inxjHqhRANCAARxdm5C92DC0D5pjF84e39G5WjI9OFG
zn/1LyL0Nt/F4dC7slPcGj2ScYaIM3s3t/Tu1flaH9PS2l61RYNQnFAN
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBbDCCARKgAwIBAgIBATAKBggqhkjOPQQDAjAqMSgwJgYDVQQDDB9pb3QtbG9n
IHRlc3RzLCBmb3Igbm90aGluZyBlbHNlMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAw
MTAxMDAwMDAwWjAqMSgwJgYDVQQDDB9pb3QtbG9nIHRlc3RzLCBmb3Igbm90aGlu
ZyBlbHNlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEcXZuQvdgwtA+aYxfOHt/
RuVoyPThRs5/9S8i9DbfxeHQu7JT3Bo9knGGiDN7N7f07tX5Wh/T0tpetUWDUJxQ
DaMnMCUwDwYDVR0RBAgwBocEfwAAATASBgNVHRMBAf8ECDAGAQH/AgEAMAoGCCqG
SM49BAMCA0gAMEUCIQCRkEt+i4Uxa53AOsPI06Nvx2mkLIcityNs1Aw7nJt2EwIg
ZTLPsEedx19kvlwONpggs8fNA1lwor1NmcgSwP6Kv5Y=
-----END CERTIFICATE-----
`
}
