// Says that the browser is offline, while it is.

const banner = document.getElementById("offline");

function show() {
  banner.hidden = navigator.onLine;
}

addEventListener("online", show);
addEventListener("offline", show);
show();
