// SPDX-License-Identifier: GPL-3.0-or-later
// Elements, and other people's text in them.

export function element(name, className = "", text = "") {
  const e = document.createElement(name);
  if (className) e.className = className;
  if (text) e.textContent = text;
  return e;
}

// Characters that are not seen but may matter: controls, direction overrides,
// zero-width ones.  Somebody who judges a prompt must know that they are there.
const UNSEEN = /([\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}])/u;

export function plain(to, text) {
  text.split(UNSEEN).forEach((part, i) => {
    if (i % 2 === 0) {
      to.append(part);
      return;
    }
    const code = part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    const mark = element("span", "unseen", `U+${code}`);
    mark.title = "a character that is not seen";
    to.append(mark);
  });
}
