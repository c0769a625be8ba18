import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'

interface SecretOptions {
  readonly name: string
  readonly description: string
  /** Its keys until a person writes it. */
  readonly template: Readonly<Record<string, unknown>>
  /** The key whose first value is random. */
  readonly generated: string
}

/** A secret that a person fills in once: Slack issues the values, so they can't be generated. */
export function createSecret(scope: Construct, id: string, options: SecretOptions): Secret {
  const secret = new Secret(scope, id, {
    secretName: options.name,
    description: options.description,
    generateSecretString: {
      secretStringTemplate: JSON.stringify(options.template),
      generateStringKey: options.generated,
      passwordLength: 48,
      excludePunctuation: true
    }
  })
  acknowledge(secret, {
    'AwsSolutions-SMG4':
      'Slack issues the signing secret and the bot token and has no call to rotate them; infra/RUNBOOK.md says how a person does, without an interruption.'
  })
  return secret
}
