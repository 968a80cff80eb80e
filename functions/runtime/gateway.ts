import { connectionsGateway, openGateway } from '../gateway/connections-gateway.ts';

export const gateway = connectionsGateway(openGateway());
