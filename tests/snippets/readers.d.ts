/** What the readers of a page have already, and its scripts leave out. */

declare function openOurs(seconds: number): void;
declare function closeOurs(): void;
declare function show(data: unknown): void;
declare function showLogin(reason: import("session_security").SessionSecurityReason): void;
declare function whoIsSignedIn(): Promise<string | null>;
declare function onMounted(callback: () => void): void;
declare function ref<T>(value: T): { value: T };
declare function useSessionSecurity(user: unknown, onEnd: (reason: string) => void): void;

declare const mount: typeof import("django-session-security").mount;
declare const unmount: typeof import("django-session-security").unmount;

declare const body: FormData;
declare const editor: { on(event: string, hear: () => void): void; save(): void };
declare const form: HTMLFormElement;
declare const headers: Record<string, string>;
declare const request: XMLHttpRequest;
declare const socket: { send(message: string): Promise<void> };
declare const values: Record<string, unknown>;

// Events of htmx.
interface GlobalEventHandlersEventMap {
  "htmx:beforeOnLoad": CustomEvent<{ xhr: XMLHttpRequest }>;
  "htmx:afterRequest": CustomEvent<{
    elt: Element;
    successful: boolean;
    requestConfig: { verb: string };
  }>;
}
interface ParentNode {
  querySelector(selectors: "[name=csrfmiddlewaretoken]"): HTMLInputElement;
}
interface Window {
  wagtailConfig: { CSRF_TOKEN: string };
}
