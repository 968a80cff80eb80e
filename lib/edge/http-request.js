/**
 * Viewer request of the HTTP API's paths (CloudFront Functions, cloudfront-js-2.0).
 * Every path answers with and without its trailing slash, which API Gateway takes for two paths: one is taken off.
 */
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by this name.
function handler(event) {
  const request = event.request;
  // The origin gets its own Host; this one is for the absolute URLs in answers.
  request.headers['x-forwarded-host'] = { value: request.headers.host.value };
  if (request.uri.endsWith('/') && !request.uri.endsWith('//')) {
    request.uri = request.uri.slice(0, -1);
  }
  return request;
}
