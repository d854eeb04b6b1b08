import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Verifies CMS signatures with Bouncy Castle: `CmsSignatures CONTENT CMS...`; one line each, `true` or `false`. */
public final class CmsSignatures {
    public static void main(String[] arguments) throws Exception {
        byte[] content = Files.readAllBytes(Path.of(arguments[0]));
        for (int index = 1; index < arguments.length; index++) {
            System.out.println(verifies(content, Files.readAllBytes(Path.of(arguments[index]))));
        }
    }

    private static boolean verifies(byte[] content, byte[] cms) {
        try {
            CMSSignedData signedData = new CMSSignedData(new ByteArrayInputStream(cms));
            if (signedData.isDetachedSignature()) {
                signedData = new CMSSignedData(new CMSProcessableByteArray(content), cms);
            }
            boolean all = signedData.getSignerInfos().size() > 0;
            for (SignerInformation signer : signedData.getSignerInfos().getSigners()) {
                Object certificate = signedData.getCertificates().getMatches(signer.getSID()).iterator().next();
                all &= signer.verify(new JcaSimpleSignerInfoVerifierBuilder()
                    .setProvider(new BouncyCastleProvider())
                    .build((X509CertificateHolder) certificate));
            }
            return all;
        } catch (Exception refused) {
            return false;
        }
    }
}
