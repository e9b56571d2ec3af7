// Built from client/
(()=>{var s=document.getElementById("session_security_resume");s?(s.addEventListener("submit",()=>window.sessionSecurity?.lockOtherTabs()),document.addEventListener("session-security:warn",s=>s.preventDefault())):customElements.whenDefined("session-security").then(()=>setTimeout(()=>window.close(),1500))})();
