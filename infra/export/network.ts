import { Fn } from 'aws-cdk-lib'
import {
  CfnEIP,
  CfnInternetGateway,
  CfnNatGateway,
  CfnRoute,
  CfnRouteTable,
  CfnSecurityGroup,
  CfnSubnet,
  CfnSubnetRouteTableAssociation,
  CfnVPC,
  CfnVPCEndpoint,
  CfnVPCGatewayAttachment
} from 'aws-cdk-lib/aws-ec2'
import type { Construct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'
import type { Deployment } from '../deployment.ts'

/*
 * Where tasks run. Nothing connects to them. Tasks always reach S3 by a gateway endpoint, which is free: a terabyte of
 * logs through a NAT gateway would cost more than the export.
 */

export interface TaskNetwork {
  readonly subnets: readonly string[]
  readonly securityGroups: readonly string[]
  /** Without a NAT gateway tasks need addresses of their own to reach ECR, CloudWatch and Slack. */
  readonly hasPublicIp: boolean
}

const addresses = '10.73.0.0/20'
const taskSubnets = ['10.73.0.0/23', '10.73.2.0/23'] as const
const natSubnet = '10.73.15.0/24'
const anywhere = '0.0.0.0/0'
/** The services besides S3 that a task calls; it reaches Slack by the NAT gateway. */
const endpoints = ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager', 'athena'] as const

/** A VPC and its way out. */
interface Vpc {
  readonly scope: Construct
  readonly vpcId: string
  readonly gateway: CfnInternetGateway
  readonly attached: CfnVPCGatewayAttachment
  readonly tags: { key: string; value: string }[]
}

export function createNetwork(scope: Construct, { settings, prefix, region }: Deployment): TaskNetwork {
  if (settings.network === 'existing') {
    return { subnets: settings.subnets, securityGroups: settings.securityGroups, hasPublicIp: false }
  }
  const isPublic = settings.network === 'public'
  const vpc = createVpc(scope, prefix)
  const { vpcId, tags } = vpc
  const routes = new CfnRouteTable(scope, 'TaskRoutes', { vpcId, tags })
  const subnets = taskSubnets.map((cidrBlock, at) => createSubnet(vpc, `TaskSubnet${at}`, cidrBlock, at, routes))
  if (isPublic) routeToInternet(vpc, 'TaskInternet', routes)
  else createNat(vpc, routes)
  new CfnVPCEndpoint(scope, 'S3Endpoint', {
    vpcId,
    vpcEndpointType: 'Gateway',
    serviceName: `com.amazonaws.${region}.s3`,
    routeTableIds: [routes.ref]
  })
  const tasks = new CfnSecurityGroup(scope, 'TaskSecurityGroup', {
    groupName: `${prefix}-tasks`,
    groupDescription: 'Tasks of exports: nothing in, HTTPS out',
    vpcId,
    securityGroupEgress: [{ ...https, cidrIp: anywhere, description: 'AWS and Slack' }]
  })
  const subnetIds = subnets.map(({ ref }) => ref)
  if (!isPublic) createEndpoints(vpc, prefix, region, subnetIds)
  return { subnets: subnetIds, securityGroups: [tasks.ref], hasPublicIp: isPublic }
}

const https = { ipProtocol: 'tcp', fromPort: 443, toPort: 443 } as const

function createVpc(scope: Construct, name: string): Vpc {
  const tags = [{ key: 'Name', value: name }]
  const vpc = new CfnVPC(scope, 'Vpc', { cidrBlock: addresses, enableDnsSupport: true, enableDnsHostnames: true, tags })
  acknowledge(vpc, {
    'AwsSolutions-VPC7':
      'Its only members are tasks of minutes that accept no connection and read one bucket; flow logs would tell of nothing but that.'
  })
  const gateway = new CfnInternetGateway(scope, 'InternetGateway', { tags })
  const ids = { vpcId: vpc.ref, internetGatewayId: gateway.ref }
  return { scope, vpcId: vpc.ref, gateway, attached: new CfnVPCGatewayAttachment(scope, 'Attachment', ids), tags }
}

/** `at` is the number of one of the region's zones. */
function createSubnet({ scope, vpcId, tags }: Vpc, id: string, cidrBlock: string, at: number, routes: CfnRouteTable) {
  // CloudFormation looks up the zones at deployment: synthesis has no account.
  const availabilityZone = Fn.select(at, Fn.getAzs())
  const subnet = new CfnSubnet(scope, id, { vpcId, cidrBlock, availabilityZone, tags })
  new CfnSubnetRouteTableAssociation(scope, `${id}Routes`, { subnetId: subnet.ref, routeTableId: routes.ref })
  return subnet
}

function routeToInternet({ scope, gateway, attached }: Vpc, id: string, routes: CfnRouteTable): void {
  const target = { destinationCidrBlock: anywhere, gatewayId: gateway.ref }
  new CfnRoute(scope, id, { routeTableId: routes.ref, ...target }).addResourceDependency(attached)
}

/** One gateway for both zones: if its zone fails, messages to Slack are late, and exports continue. */
function createNat(vpc: Vpc, routes: CfnRouteTable): void {
  const { scope, vpcId, attached, tags } = vpc
  const natRoutes = new CfnRouteTable(scope, 'NatRoutes', { vpcId, tags })
  const subnet = createSubnet(vpc, 'NatSubnet', natSubnet, 0, natRoutes)
  routeToInternet(vpc, 'NatInternet', natRoutes)
  const address = new CfnEIP(scope, 'NatAddress', { domain: 'vpc', tags })
  address.addResourceDependency(attached)
  const nat = new CfnNatGateway(scope, 'Nat', { subnetId: subnet.ref, allocationId: address.attrAllocationId, tags })
  const target = { destinationCidrBlock: anywhere, natGatewayId: nat.ref }
  new CfnRoute(scope, 'TaskNat', { routeTableId: routes.ref, ...target })
}

function createEndpoints({ scope, vpcId }: Vpc, prefix: string, region: string, subnetIds: string[]): void {
  const group = new CfnSecurityGroup(scope, 'EndpointSecurityGroup', {
    groupName: `${prefix}-endpoints`,
    groupDescription: 'Endpoints of AWS: HTTPS from the tasks',
    vpcId,
    securityGroupIngress: [{ ...https, cidrIp: addresses, description: 'The tasks' }],
    // A group without rules lets everything out; an endpoint has nothing to ask.
    securityGroupEgress: [{ ipProtocol: 'icmp', fromPort: 252, toPort: 86, cidrIp: '255.255.255.255/32' }]
  })
  for (const service of endpoints) {
    new CfnVPCEndpoint(scope, `Endpoint-${service}`, {
      vpcId,
      vpcEndpointType: 'Interface',
      serviceName: `com.amazonaws.${region}.${service}`,
      privateDnsEnabled: true,
      subnetIds,
      securityGroupIds: [group.ref]
    })
  }
}
