import { useCallback, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { post, whoIsSignedIn } from "../../../docs/howto/spa/api.js";
import { useSessionSecurity } from "../../../docs/howto/spa/react.js";

function Login({ why, onSignIn }) {
  const submit = async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.target));
    const response = await post("/api/sign-in/", values);
    if (response.ok) onSignIn((await response.json()).user);
  };
  return (
    <form onSubmit={submit}>
      <h1>Sign in</h1>
      <p id="why">{why}</p>
      <input name="username" autoComplete="username" aria-label="Name" />
      <input
        name="password"
        type="password"
        autoComplete="current-password"
        aria-label="Password"
      />
      <button type="submit">Sign in</button>
    </form>
  );
}

function Notes({ user, onSignOut }) {
  const signOut = async () => {
    await post("/api/sign-out/");
    onSignOut(null);
  };
  return (
    <main>
      <h1>Notes of {user}</h1>
      <textarea aria-label="Note" />
      <button type="button" onClick={signOut}>
        Sign out
      </button>
    </main>
  );
}

function App() {
  const [user, setUser] = useState(null);
  const [why, setWhy] = useState("");
  const onEnd = useCallback((reason) => {
    setWhy(reason);
    setUser(null);
  }, []);
  useSessionSecurity(user, onEnd);
  useEffect(() => {
    whoIsSignedIn().then(setUser);
  }, []);
  return user ? <Notes user={user} onSignOut={setUser} /> : <Login why={why} onSignIn={setUser} />;
}

createRoot(document.querySelector("#app")).render(<App />);
