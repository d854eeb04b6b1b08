import type { CheckedIntactSigner } from '../../../main/ipc/documents.js';
import { formatDateTime } from '../../app/format.js';
import { useTexts } from '../../app/text.js';
import { Fact, Facts } from '../../ui/facts.js';
import { Quoted } from '../../ui/quoted.js';
import classes from './documents.module.css';

interface SignerDetailsProps {
  readonly signer: CheckedIntactSigner;
}

/** For whoever knows the words: names of algorithms, codes and reasons. */
export function SignerDetails({ signer }: SignerDetailsProps) {
  const { t, locale } = useTexts();
  const { certificate, signatureAlgorithm, digestAlgorithm, signingCertificate, path, revocation, timeStamp } = signer;
  const moment = (value: string): string => formatDateTime(new Date(value), locale);
  const code = (value: string) => <span className={classes['code']}>{value}</span>;
  const revocationText = (one: CheckedIntactSigner['revocation']): string =>
    one.status === 'not-checked' ? `${one.status}: ${one.reason}` : `${one.status}: ${moment(one.thisUpdate)}`;
  return (
    <Facts>
      <Fact name={t('documents.report.detail.subject')}>
        <Quoted>{certificate.subject}</Quoted>
      </Fact>
      <Fact name={t('documents.report.detail.issuer')}>
        <Quoted>{certificate.issuer}</Quoted>
      </Fact>
      <Fact name={t('documents.report.detail.validity')}>
        {t('documents.report.detail.fromTo', {
          from: moment(certificate.notBefore),
          to: moment(certificate.notAfter),
        })}
      </Fact>
      <Fact name={t('documents.report.detail.validatedAt')}>{moment(signer.validatedAt)}</Fact>
      <Fact name={t('documents.report.detail.algorithm')}>{code(`${signatureAlgorithm} / ${digestAlgorithm}`)}</Fact>
      <Fact name={t('documents.report.detail.signingCertificate')}>
        {t(`documents.report.detail.bound.${signingCertificate}`)}
      </Fact>
      <Fact name={t('documents.report.detail.path')}>
        {code(path.status === 'untrusted' ? `${path.status}: ${path.code}` : path.status)}
      </Fact>
      <Fact name={t('documents.report.detail.revocation')}>{code(revocationText(revocation))}</Fact>
      <Fact name={t('documents.report.detail.timeStamp')}>
        {timeStamp.status === 'failed'
          ? code(`${timeStamp.code}: ${timeStamp.reason}`)
          : timeStamp.status === 'absent'
            ? code(timeStamp.status)
            : code(`${timeStamp.path.status}, ${revocationText(timeStamp.revocation)}`)}
      </Fact>
    </Facts>
  );
}
