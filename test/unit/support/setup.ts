import './environment.ts';
import { afterEach, beforeEach } from 'vitest';
import { stopServers } from './http-server.ts';
import { resetClients } from './mocked-clients.ts';
import { waits } from './table.ts';

// Test files share the modules of support/. This file runs once for each test file, so the hooks belong here.
beforeEach(() => {
  resetClients();
  waits.length = 0;
});
afterEach(stopServers);
