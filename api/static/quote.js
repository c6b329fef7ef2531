// Scrolls to the quoted words where the browser doesn't know text fragments.

document.getElementById("quote")?.scrollIntoView({ block: "center" });
