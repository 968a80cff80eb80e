/**
 * The floor of every chat: passes each frame on to the other side of a pair and back to its sender, and does nothing else.
 * A process of its own, which tells its port to its parent and ends with it.
 */
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

const rooms = new Map<string, Set<WebSocket>>();
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket, { url = '' }) => {
  const room = rooms.get(url) ?? new Set();
  rooms.set(url, room.add(socket));
  socket.on('message', (data) => {
    for (const member of room) member.send(data, { binary: false });
  });
  socket.on('close', () => room.delete(socket));
});
server.on('listening', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
