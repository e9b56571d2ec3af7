// Built from client/ by "make client".
(()=>{var e=document.getElementById("session_security_resume");e?(e.addEventListener("submit",()=>window.sessionSecurity?.lockOtherTabs()),document.addEventListener("session-security:warn",s=>s.preventDefault())):customElements.whenDefined("session-security").then(()=>setTimeout(()=>window.close(),1500));})();
