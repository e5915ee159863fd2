// The questionnaire on the web. Everything below form/ is plain ES modules; there is no build step.
import { start } from "./form/main.js";

start(document);
