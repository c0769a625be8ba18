import { CfnSecurityGroup, SecurityGroup, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2'
import type { FunctionProps } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { SinkSettings } from '../../worker/contract/config-schema.ts'
import type { Deployment } from '../deployment.ts'
import { forwarder } from '../names.ts'
import type { Forward } from './forward.ts'

/** For a private sink: the function in its VPC, with a security group that allows AWS and the sink. */
export function privateNetwork(
  scope: Construct,
  { prefix, environment }: Deployment,
  { sink, settings }: Forward
): Partial<FunctionProps> {
  const { vpc: vpcId, subnets } = settings
  if (vpcId === undefined) return {}
  const out = (to: number, description: string) => {
    return { ipProtocol: 'tcp', fromPort: to, toPort: to, cidrIp: '0.0.0.0/0', description }
  }
  const ports = [...new Set([443, portOf(environment.sinks[sink]!)])]
  const group = new CfnSecurityGroup(scope, `${sink}SecurityGroup`, {
    groupName: forwarder(prefix, sink),
    groupDescription: `The forwarder of ${sink}: nothing in; AWS and the sink out`,
    vpcId,
    securityGroupEgress: ports.map((to) => out(to, to === 443 ? 'AWS' : 'The sink'))
  })
  // Ids only: a look-up would need the account at synthesis. Nothing reads the names of the zones.
  const vpc = Vpc.fromVpcAttributes(scope, `${sink}Vpc`, {
    vpcId,
    availabilityZones: subnets.map((_, at) => `zone-${at}`),
    privateSubnetIds: subnets
  })
  return {
    vpc,
    vpcSubnets: { subnets: subnets.map((id) => Subnet.fromSubnetId(scope, `${sink}${id}`, id)) },
    securityGroups: [SecurityGroup.fromSecurityGroupId(scope, `${sink}Group`, group.ref, { mutable: false })]
  }
}

/** The port of its URL; without one, the default of the scheme. */
function portOf({ url }: SinkSettings): number {
  const { port, protocol } = new URL(url)
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}
