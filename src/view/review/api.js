// SPDX-License-Identifier: GPL-3.0-or-later
// Questions to the server.  Each fails with a sentence for people.

// Another tab has changed the row since this one looked.
export class Stale extends Error {}

let secret = "";

async function fetched(path, options) {
  let reply;
  try {
    reply = await fetch(path, { cache: "no-store", credentials: "same-origin", redirect: "error", ...options });
  } catch {
    throw new Error("phgen review does not answer: is it still running? Nothing was stored.");
  }
  const got = await reply.json().catch(() => ({ error: `The server said ${reply.status}.` }));
  if (reply.status === 409) throw new Stale(got.error);
  if (!reply.ok) throw new Error(got.error);
  return got;
}

export function ask(what, body) {
  return fetched(`/api/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": secret },
    body: JSON.stringify(body),
  });
}

// What the server says of itself: run, blind, annotators, verdicts.
export const session = {
  async open() {
    const { csrf, ...rest } = await fetched("/api/session", {});
    secret = csrf;
    Object.assign(this, rest);
  },
};
