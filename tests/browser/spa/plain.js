// The two functions, for tests to call, in a page with something to read.

import { mount, unmount } from "django-session-security";

Object.assign(window, { mount, unmount });

const heading = document.createElement("h1");
heading.textContent = "Notes";
const form = document.createElement("form");
form.append(document.createElement("textarea"), document.createElement("button"));
form.addEventListener("submit", (event) => event.preventDefault());
document.querySelector("#app")?.append(heading, form);
