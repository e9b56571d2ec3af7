import { createApp, h, onMounted, ref } from "vue";
import { post, whoIsSignedIn } from "../../../docs/howto/spa/api.js";
import { useSessionSecurity } from "../../../docs/howto/spa/vue.js";

const App = {
  setup() {
    const user = ref(null);
    const why = ref("");
    useSessionSecurity(user, (reason) => {
      why.value = reason;
      user.value = null;
    });
    onMounted(async () => {
      user.value = await whoIsSignedIn();
    });

    const signIn = async (event) => {
      event.preventDefault();
      const values = Object.fromEntries(new FormData(event.target));
      const response = await post("/api/sign-in/", values);
      if (response.ok) user.value = (await response.json()).user;
    };
    const signOut = async () => {
      await post("/api/sign-out/");
      user.value = null;
    };
    const login = () =>
      h("form", { onSubmit: signIn }, [
        h("h1", "Sign in"),
        h("p", { id: "why" }, why.value),
        h("input", { name: "username", autocomplete: "username", "aria-label": "Name" }),
        h("input", {
          name: "password",
          type: "password",
          autocomplete: "current-password",
          "aria-label": "Password",
        }),
        h("button", "Sign in"),
      ]);
    const notes = () =>
      h("main", [
        h("h1", `Notes of ${user.value}`),
        h("textarea", { "aria-label": "Note" }),
        h("button", { type: "button", onClick: signOut }, "Sign out"),
      ]);
    return () => (user.value ? notes() : login());
  },
};

createApp(App).mount("#app");
