/** An e-Gov application as the service's test environment takes it, with made-up people. */

export const FORM_NAME = '900A01020000100001_01.xml';
export const ATTACHMENT_NAME = '添付 書類①.pdf';

export const FORM = Buffer.from(
  '<?xml version="1.0" encoding="UTF-8"?>\r\n<DataRoot><氏名>𠮷野　葛\u{E0100}子</氏名></DataRoot>\r\n',
);
export const ATTACHMENT = Buffer.from('%PDF-1.4 attachment');

export interface KouseiTemplate {
  readonly forms?: readonly string[];
  readonly attachments?: readonly string[];
  /** Between 構成情報 and その他. */
  readonly signatures?: string;
  readonly configuration?: (good: string) => string;
  readonly document?: (good: string) => string;
}

const form = (name: string): string =>
  `\t\t<申請書属性情報>\r\n\t\t\t<申請書様式ID>900A01020000100001</申請書様式ID>\r\n\t\t\t<申請書様式バージョン>0001</申請書様式バージョン>\r\n` +
  `\t\t\t<申請書様式名称>雇用保険被保険者資格取得届</申請書様式名称>\r\n\t\t\t<申請書ファイル名称>${name}</申請書ファイル名称>\r\n\t\t</申請書属性情報>\r\n`;

const attachment = (name: string): string =>
  `\t\t<添付書類属性情報><添付種別>添付</添付種別><添付書類名称>労働者名簿</添付書類名称><添付書類ファイル名称>${name}</添付書類ファイル名称><提出情報>1</提出情報></添付書類属性情報>\r\n`;

export function kouseiXml(template: KouseiTemplate = {}): Buffer {
  const { forms = [FORM_NAME], attachments = [ATTACHMENT_NAME], signatures = '' } = template;
  const configuration =
    `<構成情報 ID="構成情報">\r\n\t\t<管理情報>\r\n\t\t\t<手続名称>雇用保険被保険者資格取得届／電子申請</手続名称>\r\n\t\t\t<申請者情報><氏名>山田\u3000太郎</氏名><備考></備考></申請者情報>\r\n\t\t</管理情報>\r\n` +
    `${attachments.map(attachment).join('')}\t\t<提出先情報><提出先名称>総務省,行政管理局,API</提出先名称></提出先情報>\r\n${forms.map(form).join('')}\t</構成情報>`;
  const document =
    `<?xml version="1.0" encoding="UTF-8"?>\r\n<?xml-stylesheet type="text/xsl" href="999000000000000001.xsl"?>\r\n<DataRoot>\r\n\t<様式ID>999000000000000001</様式ID>\r\n` +
    `\t<様式バージョン>0001</様式バージョン>\r\n\t<STYLESHEET>999000000000000001.xsl</STYLESHEET>\r\n\t` +
    `${template.configuration?.(configuration) ?? configuration}${signatures}\r\n\t<その他></その他>\r\n</DataRoot>\r\n`;
  return Buffer.from(template.document?.(document) ?? document);
}
