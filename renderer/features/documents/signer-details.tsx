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
  const told = (status: 'trusted' | 'untrusted' | 'not-checked' | 'notRevoked' | 'revoked' | 'absent' | 'failed') =>
    t(`documents.report.detail.status.${status}`);
  const revocationText = (one: CheckedIntactSigner['revocation']): string =>
    one.status === 'not-checked'
      ? `${told(one.status)} (${one.reason})`
      : `${told(one.status === 'good' ? 'notRevoked' : one.status)} (${moment(one.thisUpdate)})`;
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
        {path.status === 'untrusted' ? `${told(path.status)} (${path.code})` : told(path.status)}
      </Fact>
      <Fact name={t('documents.report.detail.revocation')}>{revocationText(revocation)}</Fact>
      <Fact name={t('documents.report.detail.timeStamp')}>
        {timeStamp.status === 'failed'
          ? `${told(timeStamp.status)} (${timeStamp.code}: ${timeStamp.reason})`
          : timeStamp.status === 'absent'
            ? told(timeStamp.status)
            : `${told(timeStamp.path.status)}, ${revocationText(timeStamp.revocation)}`}
      </Fact>
    </Facts>
  );
}
