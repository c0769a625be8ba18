import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { everything, type Synthesised, synthesise } from './apps.ts'
import { assertSnapshot } from './snapshot.ts'
import { listOf, type Statement, statementsOf, textOf } from './templates.ts'

/*
 * Who may do what, as a list that a reviewer reads. A policy that grows changes the list.
 */

const app = synthesise(everything)
const roles = [...app.templates].flatMap(([stack, template]) =>
  [...statementsOf(template)].map(([role, statements]) => ({ stack, role, statements }))
)

describe('permissions', () => {
  it('are those of the list, role by role', () => {
    assertSnapshot('permissions.txt', listOfAll(app))
  })

  it('permissions name their actions, and belong to a role named after its environment', () => {
    for (const { role, statements } of roles) {
      assert.match(role, /^iot-log-(?:dev|stg|prod)-/)
      for (const { Action, Effect } of statements) {
        assert.equal(Effect, 'Allow')
        for (const action of listOf(Action)) assert.match(action, /^[a-z0-9]+:[A-Za-z]+$/, role)
      }
    }
  })

  it('are for everything only where an action knows no resource', () => {
    const wide = roles.flatMap(({ role, statements }) =>
      statements
        .filter(({ Resource }) => listOf(Resource).includes('*'))
        .map(({ Action }) => `${role}: ${listOf(Action).join(' ')}`)
    )
    assert.deepEqual(wide.sort(), [
      'iot-log-dev-analyst: athena:ListWorkGroups athena:ListDataCatalogs',
      'iot-log-dev-execution: ecr:GetAuthorizationToken',
      'iot-log-dev-forward-elk: ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:DeleteNetworkInterface ec2:AssignPrivateIpAddresses ec2:UnassignPrivateIpAddresses',
      'iot-log-prod-analyst: athena:ListWorkGroups athena:ListDataCatalogs',
      'iot-log-prod-execution: ecr:GetAuthorizationToken',
      'iot-log-stg-execution: ecr:GetAuthorizationToken'
    ])
  })

  it('change no log: nothing but Firehose writes below the prefixes of categories', () => {
    const changing = /^s3:(?:Put|Delete|Abort|Restore|Replicate)/
    for (const { role, statements } of roles) {
      const written = statements
        .filter(({ Action }) => listOf(Action).some((action) => changing.test(action)))
        .flatMap(({ Resource }) => listOf(Resource).map(textOf))
      const logs = written.filter((resource) =>
        /:::[^/]+\/(?:fleet\/)?(?:telemetry|commands|lifecycle|app)\//.test(resource)
      )
      assert.deepEqual(role.endsWith('-delivery') ? [] : logs, [], role)
    }
  })

  it('never pass a role on, and stay out of IAM', () => {
    for (const { role, statements } of roles) {
      const actions = statements.flatMap(({ Action }) => listOf(Action))
      assert.deepEqual(
        actions.filter((action) => /^(?:iam|organizations|lambda):/.test(action)),
        [],
        role
      )
    }
  })

  it('use keys of an existing bucket through S3 alone', () => {
    const used = roles.flatMap(({ role, statements }) =>
      statements
        .filter(({ Action }) => listOf(Action).some((action) => action.startsWith('kms:')))
        .map(({ Action, Condition }) => {
          assert.deepEqual(Action, ['kms:Decrypt', 'kms:GenerateDataKey'])
          assert.deepEqual(Condition, { StringEquals: { 'kms:ViaService': 's3.ap-northeast-1.amazonaws.com' } })
          return role
        })
    )
    assert.deepEqual(used.sort(), ['iot-log-dev-job-events', 'iot-log-dev-slack', 'iot-log-stg-worker'])
  })

  it('of another account are lent to the two functions of the ingress alone', () => {
    const prod = app.templates.get('iot-log-prod-export')!
    const submit = Object.values(prod.Resources).find(
      ({ Properties }) => Properties.RoleName === 'iot-log-prod-submit'
    )!
    assert.deepEqual(submit.Properties.AssumeRolePolicyDocument.Statement[0].Condition, {
      ArnEquals: {
        'aws:PrincipalArn': [
          'arn:aws:iam::111111111111:role/iot-log-dev-slack',
          'arn:aws:iam::111111111111:role/iot-log-dev-job-events'
        ]
      }
    })
  })
})

/** Role, then action, then where and when. */
function listOfAll({ templates }: Synthesised): string {
  const lines = [...templates].flatMap(([, template]) =>
    [...statementsOf(template)].flatMap(([role, statements]) => [role, ...statements.flatMap(linesOf), ''])
  )
  return lines.join('\n')
}

function linesOf({ Action, Resource, Condition }: Statement): string[] {
  const where = listOf(Resource).map((resource) => `    ${textOf(resource)}`)
  const when = Condition === undefined ? [] : [`    when ${JSON.stringify(Condition)}`]
  return [`  ${[...listOf(Action)].sort().join(' ')}`, ...where, ...when]
}
