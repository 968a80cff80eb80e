import { issueTicket, TICKET_SECONDS } from '../core/connections/ticket.ts';
import { json } from '../middleware/http-replies.ts';
import { refuseBody } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { openHttpEntry, openUserAccess, wireTickets } from '../runtime/wiring.ts';

const access = openUserAccess();
const tickets = wireTickets(access.table);

/** `POST /ws/ticket/`: a ticket that opens one socket of the caller's session; 201. */
export const handler = userStack(openHttpEntry(), access).handler(async (event) => {
  refuseBody(event);
  return json(201, { ticket: await issueTicket(tickets, event.identity), expires_in: TICKET_SECONDS });
});
