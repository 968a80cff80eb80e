/**
 * The viewer request function of the HTTP API's paths (CloudFront Functions, cloudfront-js-2.0). Every path works
 * with and without its trailing slash. API Gateway treats these as two paths, so the function removes it.
 */
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by this name.
function handler(event) {
  const request = event.request;
  // The APIs see CloudFront's address. What a viewer wrote into this header is replaced.
  request.headers['x-viewer-address'] = { value: event.viewer.ip };
  // The origin gets its own Host. This header is for the absolute URLs in answers.
  request.headers['x-forwarded-host'] = { value: request.headers.host.value };
  if (request.uri.endsWith('/') && !request.uri.endsWith('//')) {
    request.uri = request.uri.slice(0, -1);
  }
  return request;
}
