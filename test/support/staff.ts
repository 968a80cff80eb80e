import { staffList } from '../../functions/storage/staff.ts';
import { tableWith } from '../../functions/storage/table.ts';
import { withTable } from './runtime-table.ts';

/** Makes a user of a running system a moderator, as `npm run staff` does, or ends that. */
export async function makeStaff(
  of: Parameters<typeof withTable>[0],
  userId: string,
  isStaff = true,
): Promise<void> {
  await withTable(of, async (client, name) => {
    const staff = staffList(tableWith(client, name, { wait: async () => {}, random: Math.random }));
    await (isStaff ? staff.add(userId) : staff.remove(userId));
  });
}
