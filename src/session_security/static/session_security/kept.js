// Built from client/ by "make client".
var n=(t,e)=>t.toLocaleString(e,{dateStyle:"medium",timeStyle:"short"});for(let t of document.getElementsByTagName("time")){let e=new Date(t.dateTime);try{t.textContent=n(e,document.documentElement.lang)}catch{t.textContent=n(e)}}
