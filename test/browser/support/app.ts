import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Credentials } from './people.ts';

/** A message on the page. */
export interface Shown {
  readonly text: string;
  readonly own: boolean;
  readonly state: string;
  readonly seq?: number;
}

/** The app in a tab. Elements are found by role and name, as users find them. */
export class App {
  readonly page: Page;
  readonly isTouch: boolean;

  constructor(page: Page, isTouch = false) {
    this.page = page;
    this.isTouch = isTouch;
  }

  heading(name: string): Locator {
    return this.page.getByRole('heading', { level: 1, name, exact: true });
  }

  field(name: string): Locator {
    return this.page.getByLabel(name, { exact: true });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) });
  }

  link(name: string | RegExp): Locator {
    return this.page.getByRole('link', { name, ...(typeof name === 'string' && { exact: true }) });
  }

  async fill(fields: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, value] of Object.entries(fields)) await this.field(name).fill(value);
  }

  async logIn({ email, password }: Pick<Credentials, 'email' | 'password'>): Promise<void> {
    await this.fill({ Email: email, Password: password });
    await this.button('Log in').click();
  }

  async signUp(credentials: Credentials): Promise<void> {
    await this.link('Create an account').click();
    await this.heading('Create an account').waitFor();
    await this.createAccount(credentials);
  }

  /** Fills in and sends the sign-up form. */
  async createAccount({ email, username, password }: Credentials): Promise<void> {
    await this.fill({
      Email: email,
      Username: username,
      'First name': 'Ada',
      'Last name': 'Lovelace',
      Password: password,
      'Repeat the password': password,
    });
    await this.button('Create account').click();
  }

  /** The list of conversations, or one row of it. */
  inbox(username?: string): Locator {
    const list = this.page.getByRole('navigation', { name: 'Conversations' });
    return username === undefined ? list : list.getByRole('link', { name: username });
  }

  badge(username: string): Locator {
    return this.inbox(username).locator('.badge');
  }

  /** Opens the conversation with a user by its address. */
  async goTo(peer: { readonly id: string; readonly username: string }): Promise<void> {
    await this.page.evaluate((hash) => location.assign(hash), `#/with/${peer.id}`);
    await this.isIn(peer);
  }

  /** Opens a group by its address. */
  async goToGroup(id: string, title: string): Promise<void> {
    await this.page.evaluate((hash) => location.assign(hash), `#/group/${id}`);
    await this.isIn({ username: title });
  }

  /** What happened to the group that is shown, in sentences. */
  get happened(): Locator {
    return this.page.locator('li.happened');
  }

  dialog(name: string): Locator {
    return this.page.getByRole('dialog', { name, exact: true });
  }

  get options(): Locator {
    return this.page.getByRole('menu', { name: 'Conversation options' });
  }

  /** Opens the menu of the conversation that is shown. */
  async openOptions(): Promise<void> {
    await this.button('Conversation options').click();
    await this.options.waitFor();
  }

  async chooseOption(name: string): Promise<void> {
    await this.openOptions();
    await this.options.getByRole('menuitem', { name, exact: true }).click();
  }

  /** Finds somebody in a dialog, and picks them. */
  async pick(username: string): Promise<void> {
    await this.field('Find people by name').fill(username);
    await this.button(`Add ${username}`).click();
  }

  async isIn({ username }: { readonly username: string }): Promise<void> {
    await this.heading(username).waitFor();
    await this.log.waitFor();
  }

  get log(): Locator {
    return this.page.getByRole('log');
  }

  get textbox(): Locator {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  get connectionStatus(): Locator {
    return this.page.locator('[role=status].connection');
  }

  /** The element below the other user's name. */
  get presence(): Locator {
    return this.page.getByRole('main').locator('h1 + p');
  }

  message(text: string, state?: string): Locator {
    return this.page.locator(`li.message${state ? `[data-state="${state}"]` : ''}`).filter({
      has: this.page.getByText(text, { exact: true }),
    });
  }

  /** The button beside a message. It shows on hover, on a tap, and by keyboard. */
  menuButton(text: string): Locator {
    return this.message(text).getByRole('button', { name: 'Message options' });
  }

  get menu(): Locator {
    return this.page.getByRole('menu', { name: 'Message options' });
  }

  /** Opens the menu of a message, by mouse or by touch. */
  async openMenu(text: string): Promise<void> {
    if (this.isTouch) {
      await this.message(text).getByText(text, { exact: true }).tap();
      await this.menuButton(text).tap();
    } else {
      await this.message(text).hover();
      await this.menuButton(text).click();
    }
  }

  /** Chooses from the menu of a message. */
  async choose(text: string, item: string): Promise<void> {
    await this.openMenu(text);
    await this.menu.getByRole('menuitem', { name: item, exact: true }).click();
  }

  /** Reacts to a message with an emoji of its menu. */
  async react(text: string, emoji: string): Promise<void> {
    await this.openMenu(text);
    await this.menu.getByRole('menuitemcheckbox', { name: emoji, exact: true }).click();
  }

  /** The reactions beneath a message. */
  reactions(text: string): Locator {
    return this.message(text).getByRole('group', { name: 'Reactions' }).getByRole('button');
  }

  /** What the reactions beneath a message are called. */
  async showsReactions(text: string, names: readonly string[]): Promise<void> {
    const labels = () =>
      this.reactions(text).evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
    await expect.poll(labels).toEqual(names);
  }

  /** The message that another one answers, above the text of that. */
  quote(text: string): Locator {
    return this.message(text).locator('.quote');
  }

  /** The field, while it holds the text of a message. */
  get editField(): Locator {
    return this.page.getByRole('textbox', { name: 'Edit message', exact: true });
  }

  /** Gives a message another text. */
  async edit(before: string, after: string): Promise<void> {
    await this.choose(before, 'Edit');
    await this.editField.fill(after);
    if (this.isTouch) await this.button('Save').tap();
    else await this.editField.press('Enter');
  }

  /** What screen readers were told last. */
  get announcement(): Locator {
    return this.page.locator('[data-announcer]');
  }

  async say(text: string): Promise<void> {
    await this.textbox.fill(text);
    // On a touch screen, Enter starts a new line.
    if (this.isTouch) await this.button('Send').tap();
    else await this.textbox.press('Enter');
  }

  /** Waits for the end of smooth scrolling. */
  async isAtRest(): Promise<void> {
    const top = () => this.log.evaluate(({ scrollTop }) => scrollTop);
    let before = Number.NaN;
    await expect
      .poll(async () => {
        const now = await top();
        const isSame = now === before;
        before = now;
        return isSame;
      })
      .toBe(true);
  }

  /** Sends half a surrogate pair, which the server refuses but the app does not check. */
  async sayRefused(): Promise<void> {
    await this.textbox.evaluate((area) => {
      (area as HTMLTextAreaElement).value = 'Half \ud83d of a pair';
      area.dispatchEvent(new InputEvent('input', { bubbles: true }));
    });
    await this.button('Send').click();
  }

  /** The messages on the page, from the top. */
  async messages(): Promise<readonly Shown[]> {
    return await this.page.locator('li.message').evaluateAll((items) =>
      (items as HTMLElement[]).map((item) => ({
        text: item.querySelector('.text')?.textContent ?? '',
        own: item.dataset.own === 'true',
        state: item.dataset.state ?? '',
        ...(item.dataset.seq && { seq: Number(item.dataset.seq) }),
      })),
    );
  }

  async texts(): Promise<readonly string[]> {
    return (await this.messages()).map(({ text }) => text);
  }

  async showsTexts(texts: readonly string[], timeout?: number): Promise<void> {
    await expect.poll(() => this.texts(), { ...(timeout && { timeout }) }).toEqual(texts);
  }

  /** The state of an own message. */
  async showsState(text: string, state: string): Promise<void> {
    await this.message(text, state).waitFor();
  }

  async isOnline(): Promise<void> {
    await expect.poll(() => this.connectionStatus.textContent()).toBe('');
  }
}
