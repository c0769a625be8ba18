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
 * Where tasks run. Nothing ever connects to them. S3 is reached by a gateway endpoint, which costs nothing, whatever else
 * is chosen: a terabyte of logs through a NAT gateway would cost more than the export.
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
/** What a task asks but S3; Slack is reached by the NAT gateway. */
const endpoints = ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager', 'athena'] as const

export function createNetwork(scope: Construct, deployment: Deployment): TaskNetwork {
  const { settings, prefix } = deployment
  if (settings.network === 'existing') {
    return { subnets: settings.subnets, securityGroups: settings.securityGroups, hasPublicIp: false }
  }
  const isPublic = settings.network === 'public'
  const tags = [{ key: 'Name', value: prefix }]
  const vpc = new CfnVPC(scope, 'Vpc', { cidrBlock: addresses, enableDnsSupport: true, enableDnsHostnames: true, tags })
  acknowledge(vpc, {
    'AwsSolutions-VPC7':
      'Its only members are tasks of minutes that accept no connection and read one bucket; flow logs would tell of nothing but that.'
  })
  const gateway = new CfnInternetGateway(scope, 'InternetGateway', { tags })
  const attached = new CfnVPCGatewayAttachment(scope, 'Attachment', {
    vpcId: vpc.ref,
    internetGatewayId: gateway.ref
  })
  const routes = new CfnRouteTable(scope, 'TaskRoutes', { vpcId: vpc.ref, tags })
  const subnets = taskSubnets.map((cidrBlock, at) =>
    createSubnet(scope, `TaskSubnet${at}`, { vpcId: vpc.ref, cidrBlock, at, routes, tags })
  )
  if (isPublic) routeToInternet(scope, 'TaskInternet', routes, gateway, attached)
  else createNat(scope, { vpc, gateway, attached, routes, tags })
  new CfnVPCEndpoint(scope, 'S3Endpoint', {
    vpcId: vpc.ref,
    vpcEndpointType: 'Gateway',
    serviceName: `com.amazonaws.${deployment.region}.s3`,
    routeTableIds: [routes.ref]
  })
  const tasks = new CfnSecurityGroup(scope, 'TaskSecurityGroup', {
    groupName: `${prefix}-tasks`,
    groupDescription: 'Tasks of exports: nothing in, HTTPS out',
    vpcId: vpc.ref,
    securityGroupEgress: [
      { ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIp: anywhere, description: 'AWS and Slack' }
    ]
  })
  if (!isPublic) createEndpoints(scope, deployment, vpc, subnets)
  return { subnets: subnets.map(({ ref }) => ref), securityGroups: [tasks.ref], hasPublicIp: isPublic }
}

interface SubnetOptions {
  readonly vpcId: string
  readonly cidrBlock: string
  /** Of the region's zones. */
  readonly at: number
  readonly routes: CfnRouteTable
  readonly tags: { key: string; value: string }[]
}

function createSubnet(scope: Construct, id: string, { vpcId, cidrBlock, at, routes, tags }: SubnetOptions): CfnSubnet {
  // The zones are asked for when it is deployed: synthesis knows no account.
  const availabilityZone = Fn.select(at, Fn.getAzs())
  const subnet = new CfnSubnet(scope, id, { vpcId, cidrBlock, availabilityZone, tags })
  new CfnSubnetRouteTableAssociation(scope, `${id}Routes`, { subnetId: subnet.ref, routeTableId: routes.ref })
  return subnet
}

function routeToInternet(
  scope: Construct,
  id: string,
  routes: CfnRouteTable,
  gateway: CfnInternetGateway,
  attached: CfnVPCGatewayAttachment
): void {
  const route = new CfnRoute(scope, id, {
    routeTableId: routes.ref,
    destinationCidrBlock: anywhere,
    gatewayId: gateway.ref
  })
  route.addResourceDependency(attached)
}

interface NatOptions {
  readonly vpc: CfnVPC
  readonly gateway: CfnInternetGateway
  readonly attached: CfnVPCGatewayAttachment
  readonly routes: CfnRouteTable
  readonly tags: { key: string; value: string }[]
}

/** One gateway for both zones: when its zone fails, messages to Slack are late and exports go on. */
function createNat(scope: Construct, { vpc, gateway, attached, routes, tags }: NatOptions): void {
  const natRoutes = new CfnRouteTable(scope, 'NatRoutes', { vpcId: vpc.ref, tags })
  const at = { vpcId: vpc.ref, cidrBlock: natSubnet, at: 0, routes: natRoutes, tags }
  const subnet = createSubnet(scope, 'NatSubnet', at)
  routeToInternet(scope, 'NatInternet', natRoutes, gateway, attached)
  const address = new CfnEIP(scope, 'NatAddress', { domain: 'vpc', tags })
  address.addResourceDependency(attached)
  const nat = new CfnNatGateway(scope, 'Nat', { subnetId: subnet.ref, allocationId: address.attrAllocationId, tags })
  new CfnRoute(scope, 'TaskNat', {
    routeTableId: routes.ref,
    destinationCidrBlock: anywhere,
    natGatewayId: nat.ref
  })
}

function createEndpoints(
  scope: Construct,
  { prefix, region }: Deployment,
  vpc: CfnVPC,
  subnets: readonly CfnSubnet[]
): void {
  const group = new CfnSecurityGroup(scope, 'EndpointSecurityGroup', {
    groupName: `${prefix}-endpoints`,
    groupDescription: 'Endpoints of AWS: HTTPS from the tasks',
    vpcId: vpc.ref,
    securityGroupIngress: [
      { ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIp: addresses, description: 'The tasks' }
    ],
    // A group without rules lets everything out; an endpoint has nothing to ask.
    securityGroupEgress: [{ ipProtocol: 'icmp', fromPort: 252, toPort: 86, cidrIp: '255.255.255.255/32' }]
  })
  for (const service of endpoints) {
    new CfnVPCEndpoint(scope, `Endpoint-${service}`, {
      vpcId: vpc.ref,
      vpcEndpointType: 'Interface',
      serviceName: `com.amazonaws.${region}.${service}`,
      privateDnsEnabled: true,
      subnetIds: subnets.map(({ ref }) => ref),
      securityGroupIds: [group.ref]
    })
  }
}
