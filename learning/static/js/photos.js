/* A photo from a phone is larger than a proof may be: it is made smaller on the device, before it is sent.
   What the camera wrote into it, where it was taken above all, goes with that. Where a browser cannot,
   the file stays as it is and the server says what is wrong with it. */

const SIDES = [2400, 1800, 1200, 800]; // of the longer side, in pixels, until the file is small enough
const QUALITY = 0.85;

for (const input of document.querySelectorAll("input[type=file][data-photo-bytes]")) {
  const said = document.createElement("p");
  said.className = "qa-field__help";
  said.setAttribute("role", "status");
  input.after(said);
  input.addEventListener("change", () => void shrink(input, said));
}

async function shrink(input, said) {
  const [file, most] = [input.files[0], Number(input.dataset.photoBytes)];
  said.textContent = "";
  if (!file || file.size <= most || !file.type.startsWith("image/")) return;
  const buttons = [...input.form.querySelectorAll("[type=submit]")];
  for (const button of buttons) button.disabled = true;
  try {
    const smaller = await smallerThan(most, file);
    if (!smaller || input.files[0] !== file) return;
    const held = new DataTransfer();
    held.items.add(new File([smaller], `${file.name.replace(/\.[^.]*$/, "")}.jpg`, { type: smaller.type }));
    input.files = held.files;
    said.textContent = input.dataset.photoSaid.replace("{n}", Math.ceil(smaller.size / 1024));
  } catch {
    // no picture that this browser reads
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

async function smallerThan(most, file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  for (const side of SIDES) {
    const scale = Math.min(1, side / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.width, picture.height].map((each) => Math.round(each * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((made) => canvas.toBlob(made, "image/jpeg", QUALITY));
    if (blob && blob.size <= most) return blob;
  }
  return null;
}
