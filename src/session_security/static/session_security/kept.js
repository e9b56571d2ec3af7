// Built from client/
var t=(t,e)=>t.toLocaleString(e,{dateStyle:"medium",timeStyle:"short"});for(let e of document.getElementsByTagName("time")){let n=new Date(e.dateTime);try{e.textContent=t(n,document.documentElement.lang)}catch{e.textContent=t(n)}}
