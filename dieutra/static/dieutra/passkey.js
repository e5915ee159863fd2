// Makes a passkey or signs with one: turns the server's JSON into what the browser wants, and its answer back.
// The form carries the wishes in <script type="application/json">; without WebAuthn the page says what to do instead.

const form = document.querySelector("form[data-passkey]");
const wishes = JSON.parse(document.getElementById("passkey-wishes").textContent);
const told = form.querySelector("[data-told]");
const FAILED = {
  create: "Chưa thêm được khóa truy cập: thao tác bị hủy, quá thời gian, hoặc thiết bị đã có khóa của tài khoản này. Hãy thử lại.",
  get: "Chưa xác nhận được bằng khóa truy cập: thao tác bị hủy hoặc quá thời gian. Hãy thử lại, hoặc dùng mã.",
};
const NOT_HERE = "Trình duyệt hoặc thiết bị này không dùng được khóa truy cập. Hãy dùng ứng dụng xác thực hoặc mã dự phòng.";

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

const known = (list) => (list ?? []).map((it) => ({ ...it, id: bytes(it.id) }));

async function create({ publicKey }) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: known(publicKey.excludeCredentials),
    },
  });
  return answer(made, ["clientDataJSON", "attestationObject"]);
}

async function get({ publicKey }) {
  const signed = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      allowCredentials: known(publicKey.allowCredentials),
    },
  });
  return answer(signed, ["clientDataJSON", "authenticatorData", "signature", "userHandle"]);
}

function answer(credential, parts) {
  const response = {};
  for (const part of parts) {
    if (credential.response[part]) response[part] = text(credential.response[part]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function ask(event) {
  event.preventDefault();
  const kind = form.dataset.passkey;
  if (!window.PublicKeyCredential) {
    told.textContent = NOT_HERE;
    return;
  }
  told.textContent = "Hãy làm theo hướng dẫn của trình duyệt hoặc thiết bị…";
  try {
    const made = await (kind === "create" ? create(wishes.creation_options) : get(wishes.request_options));
    form.elements.credential.value = JSON.stringify(made);
    form.submit();
  } catch {
    told.textContent = FAILED[kind];
  }
}

form.addEventListener("submit", ask);
