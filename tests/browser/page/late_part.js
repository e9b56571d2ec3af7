// The part of the element that is loaded late is waited for, too. When the client is one file, this
// one goes, and with it all that is marked "late_part.js".

const { define } = customElements;
customElements.define = function (name, element, options) {
  const prototype = /** @type {{ more?: (...values: unknown[]) => Promise<unknown> }} */ (
    element.prototype
  );
  if (prototype.more) prototype.more = window.waitedFor(prototype.more);
  define.call(this, name, element, options);
};
