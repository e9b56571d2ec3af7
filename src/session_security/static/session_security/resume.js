// Built from client/
(()=>{var e=document.getElementById("session_security_resume");e?(e.addEventListener("submit",()=>window.sessionSecurity?.lockOtherTabs()),document.addEventListener("session-security:warn",e=>e.preventDefault())):customElements.whenDefined("session-security").then(()=>setTimeout(()=>window.close(),1500))})();
