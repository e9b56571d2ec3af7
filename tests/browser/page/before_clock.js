// Playwright's clock counts performance.now() from its installation, a browser from the navigation;
// and it hides the entries of the real timeline, on which events must stay, too. This keeps what is
// real, for after_clock.js.

Object.defineProperty(window, "real", { value: performance });
window.real.stamp = Object.getOwnPropertyDescriptor(Event.prototype, "timeStamp");
