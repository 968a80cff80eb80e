import { type ServerResponse, STATUS_CODES } from 'node:http';

/** An error page as CloudFront makes it for what it refuses itself. */
export function sendError(response: ServerResponse, status: number, detail: string): void {
  const page = `<!DOCTYPE html>
<html lang="en"><title>ERROR: The request could not be satisfied</title>
<h1>${status} ${STATUS_CODES[status]}</h1><p>${detail}</p></html>
`;
  response.writeHead(status, { 'content-type': 'text/html', 'content-length': Buffer.byteLength(page) });
  response.end(page);
}
