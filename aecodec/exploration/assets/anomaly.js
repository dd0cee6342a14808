"use strict";
// Shows the samples with or without their heat.
document.getElementById("bare").addEventListener("input", (event) => {
  document.body.classList.toggle("plain", event.target.checked);
});
