/** The person on the test card: nobody. The address does not exist and 123456789018 is a specimen number. */
export const TEST_HOLDER = {
  /** 氏名; the space is U+3000. */
  name: '試験　花子',
  /** One digit per character of `name`: 1 where a 代替文字 stands for a character outside the character set. */
  nameSubstitutions: '00010',
  address: '東京都千代田区架空町一丁目２番３号　窓口マンション１０１',
  /** YYYYMMDD, Gregorian. */
  birthDate: '19900401',
  /** Digit of the era in the certificate's birth date: 4 is 平成. */
  birthEra: '4',
  /** The same date in the era's year, YYMMDD, as 照合番号B begins. */
  birthDateInEra: '020401',
  /** 2 is 女. */
  sex: '2',
  /** 個人番号, with a check digit that holds. */
  myNumber: '123456789018',
  cardExpiryYear: '2035',
  securityCode: '1234',
  /** Prefecture and municipality in Latin letters, as the signing certificate's subject has them. */
  prefecture: 'Tokyo-to',
  municipality: 'Chiyoda-ku',
  /** 全国地方公共団体コード. */
  municipalityCode: '13101',
} as const;

/** PINs of a new test card. Public: they protect nothing. */
export const TEST_CARD_PINS = {
  /** 利用者証明用電子証明書暗証番号 */
  authentication: '1234',
  /** 署名用電子証明書暗証番号 */
  signing: 'ABC123',
  /** 券面事項入力補助用暗証番号 */
  text: '1234',
  /** 照合番号A */
  numberA: TEST_HOLDER.myNumber,
  /** 照合番号B */
  numberB: `${TEST_HOLDER.birthDateInEra}${TEST_HOLDER.cardExpiryYear}${TEST_HOLDER.securityCode}`,
} as const;
