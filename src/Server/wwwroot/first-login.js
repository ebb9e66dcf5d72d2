// The code stands behind the # of the link, which no browser sends. Put it into the form and out of sight.
const code = location.hash.slice(1);
if (code) {
  document.getElementById("code").value = code;
  history.replaceState(null, "", location.pathname);
}
