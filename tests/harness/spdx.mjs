// SPDX-License-Identifier: Apache-2.0
// What a bill of materials must hold, by the SPDX 2.3 specification: returns the breaches as sentences.
const ID = /^SPDXRef-[A-Za-z0-9.-]+$/;
const RELATIONSHIPS = new Set(['DESCRIBES', 'CONTAINS', 'DYNAMIC_LINK', 'STATIC_LINK', 'GENERATED_FROM', 'RUNTIME_DEPENDENCY_OF']);
// A licence expression: ids joined by AND, OR, WITH, in parentheses at will.
const ATOM = '[A-Za-z0-9][A-Za-z0-9.+-]*';
const EXPRESSION = new RegExp(`^\\(*${ATOM}\\)*( (AND|OR|WITH) \\(*${ATOM}\\)*)*$`);

export function spdxBreaches(document) {
  const breaches = [];
  const want = (holds, sentence) => holds || breaches.push(sentence);
  want(document.spdxVersion === 'SPDX-2.3', 'spdxVersion');
  want(document.dataLicense === 'CC0-1.0', 'dataLicense');
  want(document.SPDXID === 'SPDXRef-DOCUMENT', 'SPDXID');
  want(document.name, 'name');
  want(/^https?:\/\/[^#\s]+$/.test(document.documentNamespace), 'documentNamespace');
  want(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(document.creationInfo?.created), 'creationInfo.created');
  want(document.creationInfo?.creators?.every((each) => /^(Tool|Person|Organization): ./.test(each)), 'creators');

  const ids = new Set([document.SPDXID]);
  const references = new Set((document.hasExtractedLicensingInfos ?? []).map((each) => each.licenseId));
  for (const each of document.hasExtractedLicensingInfos ?? []) {
    want(/^LicenseRef-[A-Za-z0-9.-]+$/.test(each.licenseId) && each.extractedText, `extracted licence ${each.licenseId}`);
  }
  const licence = (text, where) => {
    if (text === 'NOASSERTION' || text === 'NONE') return;
    want(EXPRESSION.test(text), `${where}: licence ${text}`);
    for (const reference of text?.match(/LicenseRef-[A-Za-z0-9.-]+/g) ?? []) want(references.has(reference), `${where}: ${reference} has no text`);
  };
  for (const each of document.packages) {
    want(ID.test(each.SPDXID) && !ids.has(each.SPDXID), `${each.name}: SPDXID ${each.SPDXID}`);
    ids.add(each.SPDXID);
    want(each.name && each.versionInfo && each.downloadLocation, `${each.SPDXID}: name, version or location`);
    want(each.copyrightText, `${each.SPDXID}: copyrightText`);
    licence(each.licenseConcluded, each.SPDXID);
    licence(each.licenseDeclared, each.SPDXID);
    want(each.filesAnalyzed === Boolean(each.packageVerificationCode), `${each.SPDXID}: filesAnalyzed`);
    for (const reference of each.externalRefs ?? []) {
      want(/^pkg:(deb\/debian|npm)\/[^@\s]+@[^@\s]+$/.test(reference.referenceLocator), `${each.SPDXID}: ${reference.referenceLocator}`);
    }
  }
  for (const file of document.files) {
    want(ID.test(file.SPDXID) && !ids.has(file.SPDXID), `file ${file.fileName}: SPDXID`);
    ids.add(file.SPDXID);
    want(file.fileName.startsWith('./'), `file ${file.fileName}: name`);
    want(file.checksums.some((sum) => sum.algorithm === 'SHA1' && /^[0-9a-f]{40}$/.test(sum.checksumValue)), `file ${file.fileName}: SHA1`);
  }
  for (const {spdxElementId, relationshipType, relatedSpdxElement} of document.relationships) {
    want(ids.has(spdxElementId) && ids.has(relatedSpdxElement), `${spdxElementId} ${relationshipType} ${relatedSpdxElement}: nothing there`);
    want(RELATIONSHIPS.has(relationshipType), `relationship ${relationshipType}`);
  }
  want(document.relationships.some((each) => each.relationshipType === 'DESCRIBES'), 'nothing is described');
  return breaches;
}

/** What is linked and under the GPL alone: nothing may be. */
export function gplLinked(document) {
  const linked = new Set(document.relationships.filter((each) => each.relationshipType.endsWith('_LINK')).map((each) => each.relatedSpdxElement));
  return document.packages.filter((each) => linked.has(each.SPDXID))
    .filter((each) => each.licenseConcluded.split(' OR ').every((choice) => /(^|\W)A?GPL-/.test(choice) && !/ WITH GCC-exception/.test(choice)))
    .map((each) => `${each.name}: ${each.licenseConcluded}`);
}
