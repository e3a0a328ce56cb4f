// Asks programs of others about the FHIR that carepath writes:
// - FHIR.js holds each bundle to the structure definitions of R4;
// - fhirpath.js evaluates every condition of every plan for every patient;
// - encender applies the plans to some of the patients.
// Usage: node check.mjs material.json
import { readFileSync } from "node:fs";
import fhirModule from "fhir";
import fhirpath from "fhirpath";
import r4 from "fhirpath/fhir-context/r4/index.js";
import { applyPlan } from "encender";

const material = JSON.parse(readFileSync(process.argv[2], "utf8"));
const faults = [];
const fault = (text) => faults.push(text);

// --- structure -----------------------------------------------------------------------------------------------------

const validator = new fhirModule.Fhir();
// Codes of carepath's own are in no value set: that is a warning. What has the wrong form is an error.
const errorsOf = (resource) =>
  validator
    .validate(resource, { errorOnUnexpected: true })
    .messages.filter((one) => one.severity === "error" || one.severity === "fatal");

for (const bundle of material.bundles) {
  for (const { resource } of bundle.entry ?? []) {
    for (const one of errorsOf(resource)) fault(`${resource.resourceType}: ${one.location}: ${one.message}`);
  }
}
const wrong = structuredClone(material.bundles[0].entry[0].resource);
wrong.status = "nonsense";
if (errorsOf(wrong).length === 0) fault("the validator accepts a status that does not exist");

// --- conditions ----------------------------------------------------------------------------------------------------

// Of the parameters only those that an expression names are handed over, and what was evaluated once is kept: 1,000
// patients share much.
const compiled = new Map();
function compile(expression) {
  const named = [...expression.matchAll(/name = '((?:[^'\\]|\\.)*)'/g)].map((one) => one[1].replace(/\\(.)/g, "$1"));
  return { run: fhirpath.compile(expression, r4), named: new Set(named), results: new Map() };
}
function evaluate(expression, parameters) {
  if (!compiled.has(expression)) compiled.set(expression, compile(expression));
  const { run, named, results } = compiled.get(expression);
  const parameter = parameters.parameter.filter((one) => named.has(one.name));
  const key = JSON.stringify(parameter);
  if (!results.has(key)) results.set(key, truth(run({ resourceType: "Parameters", parameter })));
  return results.get(key);
}
function truth(result) {
  if (result.length === 0) return "unknown";
  return result.length === 1 && typeof result[0] === "boolean" ? String(result[0]) : JSON.stringify(result);
}

const seen = { true: 0, false: 0, unknown: 0 };
for (const { pathway, parameters, expected } of material.patients) {
  const actions = material.conditions[pathway];
  if (JSON.stringify(Object.keys(actions).sort()) !== JSON.stringify(Object.keys(expected).sort()))
    fault(`${pathway}: the plan has other actions than are expected`);
  for (const [name, expressions] of Object.entries(actions)) {
    const came = expressions.map((one) => evaluate(one, parameters));
    came.forEach((one) => (seen[one] = (seen[one] ?? 0) + 1));
    if (JSON.stringify(came) !== JSON.stringify(expected[name]))
      fault(`${pathway} ${name}: ${came} and not ${expected[name]}: ${expressions}`);
  }
}
if (Object.keys(seen).length !== 3 || Math.min(...Object.values(seen)) < 1000)
  fault(`too few of a kind: ${JSON.stringify(seen)}`);

// --- $apply --------------------------------------------------------------------------------------------------------

// encender hands expressions to a worker that knows CQL; this one knows FHIRPath. It takes an empty result for false.
class Worker {
  constructor(parameters) {
    this.parameters = parameters;
  }
  on(_event, listener) {
    this.listener = listener;
  }
  postMessage({ expression }) {
    if (expression === undefined) return;
    const result = evaluate(expression, this.parameters) === "true";
    queueMicrotask(() => this.listener({ expression, result }));
  }
  terminate() {}
}

// What encender cannot read is taken out of a copy: the name of the language, and the Library, which holds no ELM.
function readable(plan) {
  const copy = structuredClone(plan);
  delete copy.library;
  const walk = (actions) => {
    for (const action of actions ?? []) {
      for (const one of action.condition ?? []) one.expression.language = "text/cql";
      walk(action.action);
    }
  };
  walk(copy.action);
  return copy;
}

const appliedIds = (actions) => (actions ?? []).flatMap((one) => [one.id, ...appliedIds(one.action)]);
const conditionsHold = (action, expected) => (expected[action.id] ?? []).every((one) => one === "true");
const expectedIds = (actions, expected) =>
  (actions ?? [])
    .filter((one) => conditionsHold(one, expected))
    // An action that has a definition is one activity: encender does not look below it.
    .flatMap((one) => [one.id, ...expectedIds(one.action, expected)]);

let plansApplied = 0;
for (const { pathway, parameters, expected } of material.patients.slice(0, 60)) {
  const resources = material.plans[pathway].entry.map((one) => one.resource);
  const plan = resources.find((one) => one.resourceType === "PlanDefinition");
  const patient = { resourceType: "Patient", id: "example-1" };
  const resolver = (reference) =>
    reference === "Patient/example-1"
      ? [patient]
      : resources.filter((one) => `${one.url}|${one.version}` === reference);
  const aux = { WorkerFactory: () => new Worker(parameters), isNodeJs: true };
  const [, group, ...requests] = await applyPlan(readable(plan), "Patient/example-1", resolver, aux);
  const came = appliedIds(group.action).sort();
  const wanted = expectedIds(plan.action, expected).sort();
  if (JSON.stringify(came) !== JSON.stringify(wanted)) fault(`$apply on ${pathway}: ${came} and not ${wanted}`);
  for (const one of requests) {
    if (one.intent !== undefined && one.intent !== "proposal") fault(`$apply on ${pathway}: an intent ${one.intent}`);
    if (!["draft", "option"].includes(one.status)) fault(`$apply on ${pathway}: a status ${one.status}`);
  }
  plansApplied += 1;
}

for (const one of faults.slice(0, 20)) console.error(one);
console.log(
  `${material.bundles.length} bundles, ${material.patients.length} patients ${JSON.stringify(seen)}, ` +
    `${plansApplied} plans applied, ${faults.length} faults`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
