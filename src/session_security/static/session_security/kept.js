// Built from client/
var t=(t,e)=>t.toLocaleString(e,{dateStyle:"medium",timeStyle:"short"});for(let e of document.querySelectorAll("time[datetime]")){let m=new Date(e.dateTime);try{e.textContent=t(m,document.documentElement.lang)}catch{e.textContent=t(m)}}
