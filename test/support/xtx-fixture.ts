/** A filing for e-Tax after the tax agency's schemas, with made-up people. */
export const XTX_DECLARATIONS =
  'xmlns="http://xml.e-tax.nta.go.jp/XSD/shotoku" xmlns:gen="http://xml.e-tax.nta.go.jp/XSD/general" ' +
  'xmlns:kyo="http://xml.e-tax.nta.go.jp/XSD/kyotsu" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

export const XTX_PROCEDURE =
  '<RKO0010 VR="25.0.0" id="RKO0010">' +
  '<CATALOG id="CATALOG"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:description id="REPORT"><SEND_DATA/>' +
  '<IT_SEC><rdf:description about="#IT"/></IT_SEC></rdf:description></rdf:RDF></CATALOG>' +
  '<CONTENTS id="CONTENTS"><IT VR="1.5" id="IT">' +
  '<ZEIMUSHO ID="ZEIMUSHO"><gen:zeimusho_CD>01115</gen:zeimusho_CD><gen:zeimusho_NM>小石川</gen:zeimusho_NM></ZEIMUSHO>' +
  '<NOZEISHA_ID ID="NOZEISHA_ID">1234567890123456</NOZEISHA_ID>' +
  '<NOZEISHA_BANGO ID="NOZEISHA_BANGO"><gen:kojinbango>123456789018</gen:kojinbango></NOZEISHA_BANGO>' +
  '<NOZEISHA_NM ID="NOZEISHA_NM">𠮷野　葛\u{E0100}子</NOZEISHA_NM>' +
  '<NOZEISHA_ZIP ID="NOZEISHA_ZIP"><gen:zip1>112</gen:zip1><gen:zip2>0011</gen:zip2></NOZEISHA_ZIP>' +
  '<NOZEISHA_TEL ID="NOZEISHA_TEL"><gen:tel1>03</gen:tel1><gen:tel2>0000</gen:tel2><gen:tel3>0000</gen:tel3></NOZEISHA_TEL>' +
  '<BIRTHDAY ID="BIRTHDAY"><gen:era>3</gen:era><gen:yy>55</gen:yy><gen:mm>4</gen:mm><gen:dd>1</gen:dd></BIRTHDAY>' +
  '<TETSUZUKI ID="TETSUZUKI"><procedure_CD>RKO0010</procedure_CD><procedure_NM>所得税及び復興特別所得税申告</procedure_NM></TETSUZUKI>' +
  '<NENBUN ID="NENBUN"><gen:era>5</gen:era><gen:yy>7</gen:yy></NENBUN></IT>\n' +
  '<KOA020 VR="23.0" id="KOA020-1" page="1" sakuseiDay="2026-02-16" sakuseiNM="x" softNM="y"><KOA020-1 page="1">' +
  '<ABA00000><ABA00010 IDREF="NENBUN"/><ABA00140 IDREF="NOZEISHA_NM"/><ABA00040 IDREF="TEISYUTSU_DAY"/></ABA00000>' +
  '<ABB00000><ABB00270><ABB00280><ABB00300>3000000</ABB00300></ABB00280><ABB00365>1</ABB00365></ABB00270>' +
  '<ABB00570><ABB00740><ABB00760>-12345</ABB00760></ABB00740></ABB00570></ABB00000><ABX99999><kubun_CD>2</kubun_CD></ABX99999>' +
  '</KOA020-1></KOA020></CONTENTS></RKO0010>';

export function xtxFile(procedure = XTX_PROCEDURE, signatures = ''): Buffer {
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8" standalone="no" ?>\n<DATA id="DATA" ${XTX_DECLARATIONS}>${procedure}${signatures}</DATA>`,
  );
}
