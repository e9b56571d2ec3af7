/**
 * What 2.x had: new yourlabs.SessionSecurity(options). Only for a site with its own all.html
 * from then; it makes the element that does the work now, and needs no jQuery.
 */
(() => {
  const { src } = /** @type {HTMLScriptElement} */ (document.currentScript);
  import(new URL("session_security.js", src).href);

  class SessionSecurity {
    /** @param {Options} options */
    constructor(options) {
      const words = document.createElement("span");
      words.hidden = true;
      words.textContent = JSON.stringify({ moreUrl: new URL("more.js", src).href, ...options });
      this.element = document.createElement("session-security");
      this.element.append(words);
      const form = document.getElementById("session_security_logout_form");
      if (form) this.element.append(form);
      document.body.append(this.element);
    }

    activity() {
      /** @type {any} */ (this.element).activity?.();
    }
  }

  /** @type {any} */ (window).yourlabs = { SessionSecurity };
})();
