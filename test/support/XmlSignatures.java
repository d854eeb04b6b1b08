import java.io.File;
import java.io.FileInputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import javax.xml.crypto.Data;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.URIDereferencer;
import javax.xml.crypto.URIReference;
import javax.xml.crypto.URIReferenceException;
import javax.xml.crypto.XMLCryptoContext;
import javax.xml.crypto.dom.DOMURIReference;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.keyinfo.X509Data;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * Java's own XML signatures. `verify FILE...` prints one line per signature: its file's name, `true` or `false`. `sign
 * ALGORITHM KEY CERTIFICATE C14N URI IN OUT` signs enveloped (KEY: PKCS #8 DER).
 */
public final class XmlSignatures {
  private static final XMLSignatureFactory FACTORY = XMLSignatureFactory.getInstance("DOM");

  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("sign")) {
      sign(arguments);
      return;
    }
    for (int index = 1; index < arguments.length; index += 1) verify(Path.of(arguments[index]));
  }

  private static Document read(Path path) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    Document document = factory.newDocumentBuilder().parse(path.toFile());
    NodeList elements = document.getElementsByTagName("*");
    for (int index = 0; index < elements.getLength(); index += 1) {
      Element element = (Element) elements.item(index);
      for (String name : List.of("Id", "ID", "id")) {
        if (element.hasAttribute(name)) element.setIdAttribute(name, true);
      }
    }
    return document;
  }

  private static void verify(Path path) throws Exception {
    NodeList signatures = read(path).getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
    for (int index = 0; index < signatures.getLength(); index += 1) {
      DOMValidateContext context = new DOMValidateContext(new X509Selector(), signatures.item(index));
      context.setBaseURI(path.toUri().toString());
      // Its policy knows no files beside the document.
      context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.FALSE);
      context.setURIDereferencer(XmlSignatures::dereference);
      XMLSignature signature = FACTORY.unmarshalXMLSignature(context);
      System.out.println(path.getFileName() + " " + signature.validate(context));
    }
  }

  /** Percent-decodes fragments, which e-Gov does and Java by itself does not. */
  private static Data dereference(URIReference reference, XMLCryptoContext context) throws URIReferenceException {
    URIDereferencer dereferencer = FACTORY.getURIDereferencer();
    if (!reference.getURI().startsWith("#")) return dereferencer.dereference(reference, context);
    DOMURIReference decoded =
        new DOMURIReference() {
          @Override
          public String getURI() {
            return URLDecoder.decode(reference.getURI(), StandardCharsets.UTF_8);
          }

          @Override
          public String getType() {
            return reference.getType();
          }

          @Override
          public Node getHere() {
            return ((DOMURIReference) reference).getHere();
          }
        };
    return dereferencer.dereference(decoded, context);
  }

  private static void sign(String[] arguments) throws Exception {
    PrivateKey key =
        KeyFactory.getInstance(arguments[1].contains("ecdsa") ? "EC" : "RSA")
            .generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(Path.of(arguments[2]))));
    X509Certificate certificate;
    try (FileInputStream stream = new FileInputStream(arguments[3])) {
      certificate = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(stream);
    }
    Document document = read(Path.of(arguments[6]));
    Reference reference =
        FACTORY.newReference(
            arguments[5],
            FACTORY.newDigestMethod("http://www.w3.org/2001/04/xmlenc#sha256", null),
            List.of(
                FACTORY.newTransform("http://www.w3.org/2000/09/xmldsig#enveloped-signature", (TransformParameterSpec) null),
                FACTORY.newTransform(arguments[4], (TransformParameterSpec) null)),
            null,
            null);
    KeyInfoFactory keyInfoFactory = FACTORY.getKeyInfoFactory();
    X509Data data = keyInfoFactory.newX509Data(List.of(certificate));
    KeyInfo keyInfo = keyInfoFactory.newKeyInfo(List.of(data));
    XMLSignature signature =
        FACTORY.newXMLSignature(
            FACTORY.newSignedInfo(
                FACTORY.newCanonicalizationMethod(arguments[4], (C14NMethodParameterSpec) null),
                FACTORY.newSignatureMethod(arguments[1], null),
                List.of(reference)),
            keyInfo);
    signature.sign(new DOMSignContext(key, document.getDocumentElement()));
    TransformerFactory.newInstance()
        .newTransformer()
        .transform(new DOMSource(document), new StreamResult(new File(arguments[7])));
  }

  /** The first certificate in KeyInfo. Whether it is trusted is not the question here. */
  private static final class X509Selector extends KeySelector {
    @Override
    public javax.xml.crypto.KeySelectorResult select(
        KeyInfo keyInfo, Purpose purpose, javax.xml.crypto.AlgorithmMethod method, XMLCryptoContext context) {
      for (Object content : keyInfo.getContent()) {
        if (!(content instanceof X509Data)) continue;
        for (Object item : ((X509Data) content).getContent()) {
          if (item instanceof X509Certificate) return ((X509Certificate) item)::getPublicKey;
        }
      }
      throw new IllegalArgumentException("no certificate");
    }
  }
}
