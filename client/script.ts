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
    const form = document.getElementById("session_security_logout_form");
    if (form) element.append(form);
    document.body.append(element);
  };
  if (document.body) connect();
  else document.addEventListener("DOMContentLoaded", connect);
  return element;
}

window.yourlabs = { SessionSecurity };
