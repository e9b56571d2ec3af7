// What 2.x had: `new yourlabs.SessionSecurity(options)`, for a site with its own all.html from then.
// It makes the element that does the work now, and needs neither jQuery nor another file.

import "./index";
import type { Options, PublicElement } from "./protocol";

// A function, for "new" gives what it returns: the element, which has `activity()`, as 2.x had.
function SessionSecurity(options: Options): PublicElement {
  const element = document.createElement("session-security");
  const words = document.createElement("span");
  words.hidden = true;
  words.textContent = JSON.stringify(options);
  element.append(words);
  const connect = () => {
    // The parts that such a page has are in it somewhere, and work in the element.
    for (const name of ["warning", "cover", "logout_form"]) {
      const part = document.getElementById(`session_security_${name}`);
      if (part) element.append(part);
    }
    document.body.append(element);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", connect);
  else connect();
  return element;
}

// Where scripts of a site replaced methods of 2.x, nothing calls them any more.
SessionSecurity.prototype = new Proxy(
  {},
  {
    set(target, name, value) {
      console.warn(
        `session_security: nothing calls yourlabs.SessionSecurity.prototype.${String(name)} in ` +
          "version 3. Listen to the element's events instead: see the upgrade guide.",
      );
      return Reflect.set(target, name, value);
    },
  },
);

window.yourlabs = { ...window.yourlabs, SessionSecurity };
