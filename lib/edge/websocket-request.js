/**
 * The viewer request function of the sockets' paths (CloudFront Functions, cloudfront-js-2.0). A WebSocket API has no
 * path beyond its stage: `/ws/chat/{user_id}` and `/ws/chat/{user_id}/` become `/ws?user_id={user_id}`. Any other
 * path stays unchanged, and API Gateway refuses it with 403.
 */
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by this name.
function handler(event) {
  const request = event.request;
  // The APIs see CloudFront's address. What a viewer wrote into this header is replaced.
  request.headers['x-viewer-address'] = { value: event.viewer.ip };
  // The origin gets its own Host. A name of our own, because AWS does not say whether API Gateway passes X-Forwarded-Host.
  request.headers['x-viewer-host'] = { value: request.headers.host.value };
  // Only characters that need no escape in a query. An id with any other character names no user.
  const chat = /^\/ws\/chat\/([\w.~-]+)\/?$/.exec(request.uri);
  if (chat) {
    request.uri = '/ws';
    request.querystring.user_id = { value: chat[1] };
  } else if (request.uri === '/ws/') {
    request.uri = '/ws';
  }
  return request;
}
