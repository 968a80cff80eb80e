/**
 * `node:http` in the bundles. To import it as an ES module evaluates all of its exports, and the export `WebSocket` loads
 * undici, which takes as long as the start of Node.js itself. `process.getBuiltinModule` evaluates only what is used.
 */
const http = process.getBuiltinModule('node:http');

export const { request } = http;
export default http;
