// Cards are dragged with a mouse or a pen; fingers, which scroll, and keyboards use the buttons.

const FAR_PX = 6;

let dragged = null;

export function openDrag(hold, { put, take }) {
  document.addEventListener("pointerdown", event => {
    const card = event.target.closest(".card");
    if (!card || event.button !== 0 || event.pointerType === "touch") return;
    event.preventDefault();
    dragged = { card, name: card.dataset.card, x: event.clientX, y: event.clientY, ghost: null };
  });
  document.addEventListener("pointermove", event => {
    if (!dragged) return;
    const [dx, dy] = [event.clientX - dragged.x, event.clientY - dragged.y];
    if (!dragged.ghost && Math.hypot(dx, dy) > FAR_PX) lift(hold);
    if (dragged.ghost) dragged.ghost.style.translate = `${dx}px ${dy}px`;
    for (const one of document.querySelectorAll("[data-reader]"))
      one.classList.toggle("over", Boolean(dragged.ghost) && one === readerAt(event));
  });
  document.addEventListener("pointerup", event => {
    const at = drop(hold);
    if (!at) return;
    const reader = readerAt(event);
    if (reader) put(at, Number(reader.dataset.reader));
    else take(at);
  });
  document.addEventListener("pointercancel", () => drop(hold));
}

function lift(hold) {
  hold(true);
  const { left, top, width, height } = dragged.card.getBoundingClientRect();
  const ghost = dragged.card.cloneNode(true);
  ghost.classList.add("ghost");
  Object.assign(ghost.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  document.body.append(ghost);
  dragged.card.classList.add("lifted");
  dragged.ghost = ghost;
}

// The dragged card's name; nothing where none was.
function drop(hold) {
  const was = dragged;
  dragged = null;
  if (!was?.ghost) return null;
  was.ghost.remove();
  was.card.classList.remove("lifted");
  for (const one of document.querySelectorAll(".over")) one.classList.remove("over");
  hold(false);
  return was.name;
}

const readerAt = event => document.elementsFromPoint(event.clientX, event.clientY)
  .map(one => one.closest("[data-reader]")).find(Boolean);
