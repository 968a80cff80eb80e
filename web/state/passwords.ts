/** Whether users register and log in here. Otherwise they log in elsewhere, as the deployment has written into the page. */
export const hasPasswords = document.documentElement.dataset.signUp !== 'off';

/** Whether the deployment sends mail, and so can replace a forgotten password. */
export const hasMail = document.documentElement.dataset.mail === 'on';
